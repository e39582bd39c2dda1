"""Speed, side by side: tlkit, the tool that people would otherwise take, and what the arithmetic alone takes."""
