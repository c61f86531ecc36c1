"""How true a world is: measured against published figures, its own truth and its aims."""
