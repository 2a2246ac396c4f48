"""What most would write instead: FastAPI, Mangum, boto3's resource, pyjwt; and, for a cold start, a
function with all of Powertools.

It asks DynamoDB as ours does, of items like ours, in the same order, and knows the same rules: it
takes the domain's pure functions for scores, ids, moves and what is packed. All else is its own.
Where it could be lighter it is: numbers are floats, a key is read once, texts that are stored are
read straight into models. What waits stands in plain functions, as FastAPI's own pages want it; in
coroutines, which Lambda would forgive, it were 0.7 ms a request less.
"""
