#include "core/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

bool
error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return false;
	err->kind = kind;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return false;
}

bool
error_prefix(struct error *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	int n;

	if (!err)
		return false;
	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(text))
		return false;
	snprintf(text + n, sizeof(text) - (size_t)n, ": %.*s", (int)sizeof(text) - n - 3, err->text);
	memcpy(err->text, text, sizeof(text));
	return false;
}

int
error_exit_status(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NONE:
		return 0;
	case ERROR_USAGE:
		return 2;
	case ERROR_INPUT:
		return 3;
	case ERROR_NOT_FOUND:
		return EX_NOINPUT;
	case ERROR_CONFLICT:
		return EX_TEMPFAIL;
	case ERROR_STORE:
		return EX_DATAERR;
	case ERROR_SYSTEM:
		return EX_OSERR;
	}
	return EX_SOFTWARE;
}
