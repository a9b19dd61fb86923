#include "core/source/xml.h"

#include <expat.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum { MAX_DEPTH = 32, MAX_PATH = 1024, MAX_TEXT = 64 << 20 };

struct reader {
	XML_Parser parser;
	xml_element *end;
	void *context;
	struct buf path;
	struct buf text[MAX_DEPTH]; /* of each open element */
	size_t depth;
	const char *refused;
};

static void
refuse(struct reader *r, const char *reason)
{
	r->refused = reason;
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *
without_prefix(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon && colon[1] ? colon + 1 : name;
}

static void XMLCALL
open_element(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = context;

	(void)attributes;
	if (r->refused)
		return;
	if (r->depth == MAX_DEPTH || r->path.len + strlen(name) > MAX_PATH) {
		refuse(r, "nests too deep");
		return;
	}
	if (r->depth)
		buf_putc(&r->path, '/');
	buf_puts(&r->path, without_prefix(name));
	buf_clear(&r->text[r->depth++]);
}

static void XMLCALL
close_element(void *context, const XML_Char *name)
{
	struct reader *r = context;
	size_t name_len = strlen(without_prefix(name));

	if (r->refused)
		return;
	r->depth--;
	if (!r->end(r->context, buf_cstr(&r->path),
		    (struct str){buf_cstr(&r->text[r->depth]), r->text[r->depth].len})) {
		refuse(r, "its reader stopped");
		return;
	}
	r->path.len -= name_len + (r->depth > 0);
	r->path.data[r->path.len] = '\0';
}

static void XMLCALL
add_text(void *context, const XML_Char *text, int len)
{
	struct reader *r = context;

	if (r->depth && !r->refused)
		buf_append_wiping(&r->text[r->depth - 1], text, (size_t)len);
}

/* A DTD brings entities, and no answer of AWS has one. HTML often does. */
static void XMLCALL
refuse_doctype(void *context, const XML_Char *name, const XML_Char *system_id,
	const XML_Char *public_id, int has_subset)
{
	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	refuse(context, "has a DTD");
}

/* Answers hold credentials: what expat frees is wiped. */
static XML_Parser
make_parser(struct reader *r)
{
	static const XML_Memory_Handling_Suite memory = {
		mem_alloc, mem_resize_wiping, mem_free_wiping};
	XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);

	if (!parser)
		return NULL;
	XML_SetUserData(parser, r);
	XML_SetElementHandler(parser, open_element, close_element);
	XML_SetCharacterDataHandler(parser, add_text);
	XML_SetStartDoctypeDeclHandler(parser, refuse_doctype);
	return parser;
}

bool
xml_parse(struct str text, xml_element *end, void *context, struct error *err)
{
	struct reader r = {.end = end, .context = context};
	bool ok;

	if (text.len > MAX_TEXT)
		return error_set(err, ERROR_INPUT, "the XML is too long");
	r.parser = make_parser(&r);
	if (!r.parser)
		return error_set(err, ERROR_SYSTEM, "no XML parser");
	ok = XML_Parse(r.parser, text.data ? text.data : "", (int)text.len, XML_TRUE) ==
		     XML_STATUS_OK &&
	     !r.refused;
	if (!ok)
		error_set(err, ERROR_INPUT, "the XML %s%s at line %lu", r.refused ? "" : "is bad: ",
			r.refused ? r.refused : XML_ErrorString(XML_GetErrorCode(r.parser)),
			(unsigned long)XML_GetCurrentLineNumber(r.parser));
	XML_ParserFree(r.parser);
	buf_fini(&r.path);
	for (size_t i = 0; i < MAX_DEPTH; i++)
		buf_wipe(&r.text[i]);
	return ok;
}

void
xml_library(struct buf *out)
{
	buf_puts(out, XML_ExpatVersion());
}
