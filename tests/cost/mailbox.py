#!/usr/bin/env python3
"""Mails that a test's program kept.

usage: mailbox.py BOX          prints "TO FILES SUBJECT" of each
       mailbox.py BOX FOLDER   checks that each part of each is the file of its name in FOLDER
"""
import email
import email.policy
import pathlib
import sys


def parts(message):
    """The body, and the attachments by name."""
    body, *attachments = [part for part in message.walk() if not part.is_multipart()]
    return body.get_content(), {part.get_filename(): part for part in attachments}


def main(box, folder=None):
    shown = []
    for path in pathlib.Path(box).iterdir():
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert not message.defects, message.defects
        body, attachments = parts(message)
        page, table = sorted(attachments, key=lambda name: name.endswith(".csv"))
        name = page.removesuffix(".html")
        assert table == name + ".csv", attachments
        assert attachments[page].get_content_type() == "text/html"
        assert attachments[table].get_content_type() == "text/csv"
        shown.append(f"{message['To']} {name} {message['Subject']}")
        if folder:
            files = pathlib.Path(folder)
            assert body == (files / f"{name}.txt").read_text(), body
            for file, part in attachments.items():
                assert part.get_payload(decode=True) == (files / file).read_bytes(), file
    if not folder:
        print("\n".join(sorted(shown)))
    assert shown


main(*sys.argv[1:])
