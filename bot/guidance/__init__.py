"""What is known about alternatives to mycophenolate, and what follows from it for one patient."""
