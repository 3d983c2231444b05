"""What passes between the two processes, and how: data by value, never pickle."""
