"""Files are written whole or not at all."""

import pytest

from detente.cli.failure import RefusedError
from detente.cli.files import find, whole, writable


def test_a_finished_file_takes_its_place(tmp_path):
    path = tmp_path / "x.html"
    path.write_text("old", encoding="utf-8")
    with whole(path) as partial:
        partial.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_unfinished_file_leaves_the_old_one_and_no_trace(tmp_path, error):
    path = tmp_path / "x.html"
    path.write_text("old", encoding="utf-8")

    def interrupted() -> None:
        with whole(path) as partial:
            partial.write_text("ne", encoding="utf-8")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_asking_whether_a_file_can_be_written_leaves_nothing(tmp_path):
    writable(tmp_path / "x.html")
    writable(tmp_path / "new" / "folders" / "x.html")
    assert not list(tmp_path.iterdir())


def test_folders_are_made_for_a_file_and_go_with_it(tmp_path):
    path = tmp_path / "new" / "folders" / "x.html"

    def interrupted() -> None:
        with whole(path) as partial:
            partial.write_text("ne", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
    with whole(path) as partial:
        partial.write_text("new", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "new"


def test_a_folder_that_was_there_stays(tmp_path):
    (tmp_path / "old").mkdir()
    writable(tmp_path / "old" / "x.html")
    assert (tmp_path / "old").is_dir()


@pytest.mark.parametrize("name", ["", "file/x.html"])
def test_what_cannot_be_written(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match=r"is a directory|cannot write"):
        writable(tmp_path / name)


def test_a_file_comes_before_a_bundled_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bundled = find("korea-2019")
    assert bundled.is_absolute()
    (tmp_path / "korea-2019").touch()
    assert find("korea-2019") != bundled


def test_the_nearest_file_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talks.yaml").touch()
    with pytest.raises(RefusedError, match=r"did you mean talks\.yaml"):
        find("talk.yaml")
