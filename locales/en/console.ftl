### The staff console.
