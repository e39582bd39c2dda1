"""The part of a notebook that its widgets depend on, run without the rest."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path


def values(sources: Sequence[str], wanted: Sequence[int], folder: Path) -> Iterator[tuple[int, object]]:
    """What the last lines of the ``wanted`` cells are, one after the other; ``sources`` are those of all cells.

    Only the statements that these lines depend on are run, in the order of the notebook, in ``folder``.
    """
    cells = [ast.parse(source).body for source in sources]
    todo = _needed(cells, wanted)
    names: dict = {"__name__": "__main__"}
    for cell, statements in enumerate(cells):
        with contextlib.chdir(folder):
            for statement in statements:
                if statement in todo:
                    exec(compile(ast.Module([statement], []), f"<cell {cell}>", "exec"), names)
            if cell in wanted:
                value = eval(compile(ast.Expression(statements[-1].value), f"<cell {cell}>", "eval"), names)
        if cell in wanted:
            yield cell, value


def _needed(cells: Sequence[list[ast.stmt]], wanted: Sequence[int]) -> set[ast.stmt]:
    """The statements whose names the last lines of the wanted cells need, and what those need in turn."""
    found: set[ast.stmt] = set()
    for cell in wanted:
        before = [statement for statements in cells[:cell] for statement in statements] + cells[cell][:-1]
        names = _read(cells[cell][-1])
        shown = set(names) if isinstance(cells[cell][-1].value, ast.Name) else set()
        for statement in reversed(before):
            made = _made(statement) | (shown & _called(statement) if statement in cells[cell] else set())
            if names & made:
                found.add(statement)
                if isinstance(statement, (ast.Assign, ast.Import, ast.ImportFrom, ast.FunctionDef)):
                    names -= made - _changed(statement)
                names |= _read(statement)
    return found


def _read(statement: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _made(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, or whose values it changes."""
    made = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        made |= {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.FunctionDef):
        made.add(statement.name)
    return made | _changed(statement)


def _called(statement: ast.stmt) -> set[str]:
    """The names whose methods a statement calls for what they do, as ``guess`` in ``guess.reveal(...)``."""
    calls = [node.value for node in ast.walk(statement) if isinstance(node, ast.Expr)]
    roots = [getattr(call.func, "value", None) for call in calls if isinstance(call, ast.Call)]
    return {root.id for root in roots if isinstance(root, ast.Name)}


def _changed(statement: ast.stmt) -> set[str]:
    """The names of what gets a new item or attribute, as ``by`` in ``by[name] = ...``."""
    places = [node for node in ast.walk(statement) if isinstance(node, (ast.Subscript, ast.Attribute))]
    return {
        each.id
        for place in places
        if isinstance(place.ctx, ast.Store)
        for each in ast.walk(place.value)
        if isinstance(each, ast.Name)
    }
