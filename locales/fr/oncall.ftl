### Who is woken, and how.
