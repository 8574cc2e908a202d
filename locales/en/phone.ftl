### Telephone lines.
