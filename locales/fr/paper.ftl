### Ce qui s’imprime.
