"""The command line: tlkit lab, demo, doctor."""

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
    from tlkit.lab import launch

    return launch(options.lesson, options.rest)


def demo(options: argparse.Namespace) -> int:
    """Piano to guitar in the terminal."""
    from tqdm import tqdm

    from tlkit import demo as story

    with tqdm(desc="piano to guitar", unit=" runs", file=sys.stderr, disable=None if options.json else False) as bar:

        def show(event) -> None:
            bar.total = event.total
            bar.update()

        results = story.run(options.seeds, workers=options.workers, on_event=show)
    judged = story.claims(results)
    if options.json:
        print(json.dumps(story.as_json(results, judged)))
    else:
        _tell(results, judged, options.picture)
    return 0 if all(claim.holds for claim in judged) else 1


def doctor(options: argparse.Namespace) -> int:
    """Is everything here that a lesson needs?"""
    from tlkit import doctor as checks

    findings = checks.examine()
    print(json.dumps(checks.as_json(findings)) if options.json else checks.words(findings))
    return 0 if all(finding.ok for finding in findings) else 1


def _tell(results, judged, picture: str) -> None:
    print(
        "\nGuitar notes named right, mean over seeds "
        + ", ".join(map(str, results.seeds))
        + ", by notes of each name:\n"
    )
    print(results.summary().to_string(float_format="{:.3f}".format))
    print("\nWhat that takes, at the most notes:\n")
    print(
        results.cost().to_string(
            formatters={"seconds": "{:.2f}".format, "accuracy": "{:.3f}".format}, float_format="{:,.0f}".format
        )
    )
    print()
    for claim in judged:
        print(claim)
    if not judged:
        print("No claims: they need 5 seeds or more.")
    figure = results.picture("Piano to guitar").figure
    try:
        figure.savefig(picture)
    except OSError as error:
        raise TlkitError(
            f"The picture can't be written to {picture} ({error.strerror}): choose another with --picture."
        ) from error
    print(f"\nThe picture is in {picture}. To see, hear and move it: tlkit lab 01")


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
        "--picture", default="piano_to_guitar.png", metavar="FILE", help="where the plot goes (default: %(default)s)"
    )
    one.set_defaults(run=demo)

    one = commands.add_parser("doctor", help=doctor.__doc__, description=doctor.__doc__)
    one.add_argument("--json", action="store_true", help="print one JSON object")
    one.set_defaults(run=doctor)
    return parser


def _split(argv: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and what ``tlkit lab`` hands on to JupyterLab: all from its first option on, but for help."""
    if argv[:1] != ["lab"] or {"-h", "--help"} & set(argv):
        return argv, []
    end = next((i for i, word in enumerate(argv) if word.startswith("-")), len(argv))
    return argv[:end], argv[end:]


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers from 1 up")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
