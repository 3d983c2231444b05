"""Who has earned a certificate; its paper, signature and badge; whether one holds."""
