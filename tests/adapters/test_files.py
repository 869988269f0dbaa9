"""Files are there whole or not at all, and nowhere but in their folder."""

from __future__ import annotations

import hashlib

import pytest

from milo_app.adapters.files import LocalFiles


@pytest.fixture
def files(tmp_path):
    return LocalFiles(tmp_path / "files")


class TestLocalFiles:
    def test_bytes_come_back_whole_and_in_part(self, files):
        size, digest = files.put("w1/resume/a.pdf", [b"hello ", b"world"])
        assert size == files.size("w1/resume/a.pdf") == 11
        assert digest == hashlib.sha256(b"hello world").hexdigest()
        assert b"".join(files.read("w1/resume/a.pdf")) == b"hello world"
        assert b"".join(files.read("w1/resume/a.pdf", 6, 3)) == b"wor"
        with files.local("w1/resume/a.pdf") as path:
            assert path.read_bytes() == b"hello world"

    def test_a_write_that_fails_leaves_what_was_there(self, files):
        """Also no half-written file beside it."""
        files.put("w1/a", [b"old"])

        def broken():
            yield b"new"
            raise ConnectionError

        with pytest.raises(ConnectionError):
            files.put("w1/a", broken())
        assert b"".join(files.read("w1/a")) == b"old" and files.list("w1") == ["w1/a"]

    @pytest.mark.parametrize(
        "key", ["../a", "/etc/passwd", "a//b", "a/../b", "", ".hidden", "a\\b", "a/b\n", "é"]
    )
    def test_a_key_that_is_no_safe_path_is_refused(self, files, key):
        with pytest.raises(ValueError, match="Not a file key"):
            files.put(key, [b""])

    def test_list_and_delete(self, files):
        for key in ("w1/r/2", "w1/r/1", "w2/x"):
            files.put(key, [b"x"])
        assert files.list("w1/") == ["w1/r/1", "w1/r/2"] and files.list("w3") == []
        files.delete("w1/r/1")
        files.delete("w1/r/1")
        assert files.list("") == ["w1/r/2", "w2/x"]

    def test_a_missing_file_is_told_at_once(self, files):
        with pytest.raises(FileNotFoundError):
            files.read("w1/none")
        with pytest.raises(FileNotFoundError):
            files.size("w1/none")
