"""The shortest protocol that reaches a loss of fat within the limits of safety."""
