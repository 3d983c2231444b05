"""What a learner is handed: numbers of one's own, and the tables and letters made of them."""
