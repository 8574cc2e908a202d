### The first hour on paper and by voice.
