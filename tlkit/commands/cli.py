"""The command line: tlkit lab, demo, try, predict, fetch, cache, doctor, site, slides, class, grade, bench."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tlkit import __version__
from tlkit.errors import TlkitError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 well, 1 a fault was found, 2 the request can't be met."""
    mine, rest = _split(list(sys.argv[1:] if argv is None else argv))
    options = _parser().parse_args(mine)
    options.rest = rest
    try:
        return options.run(options)
    except TlkitError as error:
        print(f"tlkit: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tlkit: stopped.", file=sys.stderr)
        return 130


def lab(options: argparse.Namespace) -> int:
    """Open JupyterLab on a lesson."""
    from tlkit.commands.jupyter import launch

    return launch(options.lesson, options.rest)


def demo(options: argparse.Namespace) -> int:
    """Piano to guitar in the terminal, or another source and target."""
    from tqdm import tqdm

    from tlkit.commands import demo as stories
    from tlkit.estimate import Verdict
    from tlkit.events import bar_listener

    asked = stories.story(
        options.source, options.target, strategies=options.strategies, shots=options.shots, seeds=options.seeds
    )
    title = f"{asked.source.name} to {asked.target.name}".replace("notes/", "")
    with tqdm(desc=title, unit=" runs", file=sys.stderr, disable=None if options.json else False) as bar:
        results = stories.run(asked, workers=options.workers, on_event=bar_listener(bar))
    judged = stories.claims(results)
    if options.json:
        print(json.dumps(stories.as_json(results, judged)))
    else:
        _tell(results, judged, title, options.picture or f"{title.replace(' ', '_').replace('/', '-')}.png")
    return 1 if any(claim.verdict is Verdict.CONTRADICTED for claim in judged) else 0


def try_out(options: argparse.Namespace) -> int:
    """Is transfer worth it on your own folder of pictures or table of texts?"""
    from tlkit.commands import own

    return own.try_command(options)


def predict(options: argparse.Namespace) -> int:
    """Name files by a model that was exported."""
    from tlkit.commands import own

    return own.predict_command(options.model, options.files, column=options.text, as_json=options.json)


def fetch(options: argparse.Namespace) -> int:
    """Bring pre-trained weights, once, or list them."""
    from tlkit.commands.fetch import fetch_command

    return fetch_command(options.names, options.all, options.list)


def cache(options: argparse.Namespace) -> int:
    """What is kept on this disk, and how to be rid of it."""
    from tlkit.methods import feature_cache
    from tlkit.models import weights
    from tlkit.models.download import megabytes
    from tlkit.runtime import paths

    if options.clear:
        feature_cache.clear_spilled()
    spilled, fetched = megabytes(feature_cache.spilled()), megabytes(weights.size())
    print(f"What frozen stages said takes {spilled}, pre-trained weights {fetched}.")
    print(f"They are in {paths.cache_folder()}: delete it to be rid of all; TLKIT_CACHE names another place.")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Is everything here that a lesson needs?"""
    from tlkit.commands import doctor as checks

    findings = checks.examine()
    print(json.dumps(checks.as_json(findings)) if options.json else checks.words(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def site(options: argparse.Namespace) -> int:
    """The lessons as pages that any browser opens, without a kernel."""
    from tlkit.pages.site import write

    return _written(write, options)


def slides(options: argparse.Namespace) -> int:
    """The lessons as slides for a projector, a file each, which need no network."""
    from tlkit.pages.slides import write

    return _written(write, options)


def class_curves(options: argparse.Namespace) -> int:
    """All curves that a class predicted, over the truth, from a folder of its notebooks or answers."""
    from tlkit.commands.class_curves import class_command

    return class_command(options.folder, options.out, options.about, options.hide)


def grade(options: argparse.Namespace) -> int:
    """A table of the exercises and quizzes in saved notebooks, which are not run, and what the class gained."""
    from tlkit.commands.grade import grade_command

    return grade_command(options.folder, options.out)


def bench(options: argparse.Namespace) -> int:
    """How long things take here, beside other tools and beside the arithmetic alone."""
    from tlkit.commands.bench import load

    return load().run(options.names, as_json=options.json, quick=options.quick, seeds=options.seeds)


def _written(write, options: argparse.Namespace) -> int:
    """Write lessons into a folder in some form, and say what came of it."""
    from pathlib import Path

    from tlkit.commands.jupyter import find, lessons

    chosen = [find(name) for name in options.lessons or lessons()]
    for path in write(Path(options.folder), chosen):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB", flush=True)
    return 0


def _tell(results, judged, title: str, picture: str) -> None:
    seeds = ", ".join(map(str, results.seeds))
    print(f"\n{title[0].upper() + title[1:]}: accuracy, mean over seeds {seeds}, by labels of each class:\n")
    print(results.summary().to_string(float_format="{:.3f}".format))
    print("\nWhat that takes, at the most labels:\n")
    print(
        results.cost().to_string(
            formatters={"seconds": "{:.2f}".format, "accuracy": "{:.3f}".format}, float_format="{:,.0f}".format
        )
    )
    print()
    for claim in judged:
        print(claim)
    if not judged:
        print("No claims: they need 5 seeds or more, and a question that was looked into.")
    figure = results.picture(title[0].upper() + title[1:]).figure
    try:
        figure.savefig(picture)
    except OSError as error:
        raise TlkitError(
            f"The picture can't be written to {picture} ({error.strerror}): choose another with --picture."
        ) from error
    print(f"\nThe picture is in {picture}. To see, hear and move the first lesson: tlkit lab 01")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tlkit", description="Learn transfer learning by doing it.")
    parser.add_argument("--version", action="version", version=f"tlkit {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    one = commands.add_parser("lab", help=lab.__doc__, description=lab.__doc__ + " Further options go to JupyterLab.")
    one.add_argument("lesson", nargs="?", default="00", help="its number or name, such as 01 or piano (default: 00)")
    one.set_defaults(run=lab)

    one = commands.add_parser("demo", help=demo.__doc__, description=demo.__doc__)
    one.add_argument("--json", action="store_true", help="print one JSON object, and nothing else, on standard output")
    one.add_argument("--seeds", metavar="10-14", help="which seeds (default: 0-4, or TLKIT_SEEDS)")
    one.add_argument("--workers", type=_count, metavar="N", help="how many runs side by side (default: one a core)")
    one.add_argument(
        "--source", default="notes/piano", metavar="NAME", help="a task to be taught first, or a network (%(default)s)"
    )
    one.add_argument("--target", default="notes/guitar", metavar="NAME", help="the task to adapt to (%(default)s)")
    one.add_argument("--strategies", type=_names, metavar="A,B", help="which, such as scratch,head,lora:8")
    one.add_argument("--shots", type=_numbers, metavar="1,5,20", help="how many labelled examples of each class")
    one.add_argument("--picture", metavar="FILE", help="where the plot goes (default: named after source and target)")
    one.set_defaults(run=demo)

    one = commands.add_parser("try", help=try_out.__doc__, description=try_out.__doc__)
    one.add_argument("path", metavar="FOLDER_OR_TABLE", help="class folders, a zip of them, or a table")
    one.add_argument("--text", metavar="COLUMN", help="the column with the texts, where it can't be guessed")
    one.add_argument("--label", metavar="COLUMN", help="the column with the labels, where it can't be guessed")
    one.add_argument("--encoding", metavar="NAME", help="of the table's letters, where they look wrong, such as cp1251")
    one.add_argument("--splits", type=_count, metavar="N", default=10, help="how many random splits (%(default)s)")
    one.add_argument("--json", action="store_true", help="print one JSON object, and nothing else, on standard output")
    one.add_argument("--export", metavar="DIR", help="write the best model to a new folder, with its card")
    one.add_argument("--onnx", action="store_true", help="with --export: as model.onnx, too")
    one.add_argument("--html", action="store_true", help="with --export: as a page that runs in a browser, too")
    one.set_defaults(run=try_out)

    one = commands.add_parser("predict", help=predict.__doc__, description=predict.__doc__)
    one.add_argument("model", metavar="MODEL_DIR", help="a folder that --export or result.export wrote")
    one.add_argument("files", nargs="+", metavar="FILE", help="pictures, texts (.txt), or tables of texts")
    one.add_argument("--text", metavar="COLUMN", help="the column of a table with the texts")
    one.add_argument("--json", action="store_true", help="print one JSON object, and nothing else, on standard output")
    one.set_defaults(run=predict)

    one = commands.add_parser("fetch", help=fetch.__doc__, description=fetch.__doc__)
    one.add_argument("names", nargs="*", metavar="NAME", help="which, such as minilm (default: list what there is)")
    one.add_argument("--all", action="store_true", help="all of them")
    one.add_argument("--list", action="store_true", help="what there is, and what is here already")
    one.set_defaults(run=fetch)

    one = commands.add_parser("cache", help=cache.__doc__, description=cache.__doc__)
    one.add_argument("--size", action="store_true", help="say how much it is; this is done anyway")
    one.add_argument("--clear", action="store_true", help="delete what frozen stages said; the weights stay")
    one.set_defaults(run=cache)

    one = commands.add_parser("doctor", help=doctor.__doc__, description=doctor.__doc__)
    one.add_argument("--json", action="store_true", help="print one JSON object")
    one.set_defaults(run=doctor)

    for command in (site, slides):
        name = command.__name__
        one = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        one.add_argument("folder", nargs="?", default=name, metavar="OUT", help="where they go (default: %(default)s)")
        one.add_argument("--lessons", type=_names, metavar="00,01", help="which, by number or name (default: all)")
        one.set_defaults(run=command)

    one = commands.add_parser("class", help=class_curves.__doc__, description=class_curves.__doc__)
    one.add_argument("folder", metavar="FOLDER", help="with the notebooks or tlkit-answers.json of each reader")
    one.add_argument("--out", metavar="FILE", default="class.svg", help="the picture (default: %(default)s)")
    one.add_argument("--about", metavar="WORDS", help="only the predictions whose question or label has these words")
    one.add_argument("--hide", action="store_true", help="leave out what was measured, for the time before")
    one.set_defaults(run=class_curves)

    one = commands.add_parser("grade", help=grade.__doc__, description=grade.__doc__)
    one.add_argument("folder", metavar="FOLDER", help="with the notebooks and tlkit-answers.json of each reader")
    one.add_argument("--out", metavar="FILE", help="the table, as csv (default: standard output)")
    one.set_defaults(run=grade)

    one = commands.add_parser("bench", help=bench.__doc__, description=bench.__doc__)
    one.add_argument("names", nargs="*", metavar="NAME", help="which, such as label-curve (default: all of them)")
    one.add_argument("--json", action="store_true", help="print one JSON object, and nothing else, on standard output")
    one.add_argument("--quick", action="store_true", help="one round of each, on less")
    one.add_argument("--seeds", metavar="30-34", help="on which seeds lessons ask (default: as shipped)")
    one.set_defaults(run=bench)
    return parser


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and what ``tlkit lab`` hands on to JupyterLab: all from its first option on, but for help."""
    if argv[:1] != ["lab"] or {"-h", "--help"} & set(argv):
        return argv, []
    end = next((i for i, word in enumerate(argv) if word.startswith("-")), len(argv))
    return argv[:end], argv[end:]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _names(text: str) -> list[str]:
    names = _words(text)
    if not names:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of names, such as scratch,head")
    return names


def _numbers(text: str) -> list[int]:
    numbers = _words(text)
    if not numbers or not all(number.isdigit() for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is no list of numbers, such as 1,5,20")
    return list(map(int, numbers))


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
