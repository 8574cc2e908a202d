### What is wrong with this installation, and how to mend it.

## On pages copied elsewhere

page-copy = Spare copy: it says what was true at that moment. More than two hours ago? Ask before you come.
