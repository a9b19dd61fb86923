/*
 * XML answers of AWS (S3, STS) through expat, whose types stay in xml.c: the text of leaf elements
 * by their path. No DTD, no external entities; depth and size capped.
 */
#ifndef KEYWATCH_SOURCE_XML_H
#define KEYWATCH_SOURCE_XML_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

/* path: names joined by '/', without namespaces ("ListBucketResult/Contents/Key"). `end` is called
 * for every element when it closes, with its own text (children's not included; never absent), and
 * ends the parsing with false. Both are valid until it returns; what expat held is wiped. */
typedef bool xml_element(void *context, const char *path, struct str text);
bool xml_parse(struct str text, xml_element *end, void *context, struct error *err);

/* Appends which library is behind it: its name and version as it runs. */
void xml_library(struct buf *out);

#endif
