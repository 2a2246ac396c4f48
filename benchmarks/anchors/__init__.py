"""What others would do: each finds the best listings for a lead, among listings that it was given
beforehand in the form that suits it best.
"""
