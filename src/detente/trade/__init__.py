"""Trade, the measures that forbid part of it, who enforces them, and the pressure that results.

In: tables of trade as they are downloaded, a file of measures, a number for each partner's enforcement. Out: what the target loses, what
it costs each sender, where the goods go instead, draw by draw. Reads its files and draws its numbers as situations
are read and drawn; knows nothing of games, and of
forecasts only how to tell for how many draws weighted ones count.
"""
