"""What makes a wrong answer from a right one, one module for each sort of value."""
