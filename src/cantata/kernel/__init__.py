"""Money, ids, time, errors and hashing: the words that every part of Cantata shares."""
