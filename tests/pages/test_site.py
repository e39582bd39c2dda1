import re

import pytest

import tlkit as tl
from tlkit.commands import jupyter
from tlkit.commands.cli import main
from tlkit.pages import site

LESSONS = list(jupyter.lessons().values())


def test_the_index_links_every_lesson():
    links = re.findall(r'href="([\w-]+)\.html"', site.index(LESSONS))
    assert links == [path.stem for path in LESSONS]


def test_a_lesson_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["site", str(tmp_path), "--lessons", "trombone"]) == 2
    assert "trombone" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(tl.TlkitError, match="name another folder"):
        list(site.write(tmp_path / "file" / "site", LESSONS[:1]))
