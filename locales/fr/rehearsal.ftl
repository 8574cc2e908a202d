### The rehearsal of twenty minutes.
