"""What the models are used for: one module for each application."""
