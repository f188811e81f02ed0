"""Operations on values that follow their type: check, conversion, stored form, text."""
