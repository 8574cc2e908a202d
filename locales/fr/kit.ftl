### The cyber envelope.
