#include "core/export/export.h"

struct export_format {
	const char *name;
	void (*begin)(struct export *e);
	void (*alert)(struct export *e, const struct alert *alert);
	void (*end)(struct export *e);
};

static void
nothing(struct export *e)
{
	(void)e;
}

static void
jsonl_alert(struct export *e, const struct alert *alert)
{
	export_json_object(e->out, alert, &e->options);
	buf_putc(e->out, '\n');
}

static void
json_alert(struct export *e, const struct alert *alert)
{
	buf_puts(e->out, e->count ? ",\n" : "[\n");
	export_json_object(e->out, alert, &e->options);
}

static void
json_end(struct export *e)
{
	buf_puts(e->out, e->count ? "\n]\n" : "[]\n");
}

/* clang-format off */
static const struct export_format formats[] = {
	{"text",  export_text_header, export_text_row, nothing},
	{"json",  nothing,            json_alert,      json_end},
	{"jsonl", nothing,            jsonl_alert,     nothing},
	{"csv",   export_csv_header,  export_csv_row,  nothing},
	{"md",    export_md_header,   export_md_row,   nothing},
};
/* clang-format on */

const char *
export_format_names(void)
{
	return "text, json, jsonl, csv, md";
}

const struct export_format *
export_format_find(struct str name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (str_is(name, formats[i].name))
			return &formats[i];
	return NULL;
}

void
export_begin(struct export *e, const struct export_format *format,
	const struct export_options *options, struct buf *out)
{
	*e = (struct export){.format = format, .options = *options, .out = out};
	format->begin(e);
}

void
export_alert(struct export *e, const struct alert *alert)
{
	e->format->alert(e, alert);
	e->count++;
}

void
export_end(struct export *e)
{
	e->format->end(e);
}
