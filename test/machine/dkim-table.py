#!/usr/bin/python3
"""Signs and verifies with Debian's dkimpy. JSON from standard input to standard output; bytes are latin1."""
import json
import sys

import dkim

given = json.load(sys.stdin)
records = {name + '.': record.encode() for name, record in given['records'].items()}


def lookup(name, timeout=5):
    return records.get(name.decode() if isinstance(name, bytes) else name)


def sign(row):
    message = row['message'].encode('latin1')
    signature = dkim.sign(
        message,
        row['selector'].encode(),
        row['domain'].encode(),
        row['key'].encode(),
        canonicalize=(row['header'].encode(), row['body'].encode()),
        signature_algorithm=row['algorithm'].encode(),
    )
    return (signature + message).decode('latin1')


def verify(text):
    return dkim.verify(text.encode('latin1'), dnsfunc=lookup)


signed = [sign(row) for row in given['sign']]
changed = [text.replace(*change) for text in signed for change in given['changes'] if change[0] in text]
messages = given['verify'] + signed + changed
json.dump([[text, verify(text)] for text in messages], sys.stdout)
