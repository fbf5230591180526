#include "cli/near.h"

#include "base/len.h"

enum { WORD = 64 };

size_t near_distance(struct str a, struct str b)
{
	size_t row[WORD];

	if (a.len >= WORD || b.len >= WORD)
		return WORD;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t above = row[j];
			size_t swap = len_add(corner, a.at[i - 1] != b.at[j - 1]);
			size_t step = len_add(len_min(above, row[j - 1]), 1);

			row[j] = len_min(swap, step);
			corner = above;
		}
	}
	return row[b.len];
}

bool near_enough(struct str typed, size_t distance)
{
	return distance <= 2 || distance <= typed.len / 3;
}
