### The questions of `beffroi setup`.
