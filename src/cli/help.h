/* help: texts made from the table of commands, so that they cannot drift from it. */
#pragma once

struct command;
struct world;

/* The overview, or one command's page. It fits a screen. */
void help_print(struct world *w, const struct command *c);
/* keyfob's own version, BearSSL's, and that of the embedded roots. */
void help_print_version(struct world *w);
/* The notices of everything that is inside. */
void help_print_licenses(struct world *w);
