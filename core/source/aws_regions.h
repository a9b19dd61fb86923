/*
 * The regions that are enabled for an account, by ec2:DescribeRegions: it needs no resource and
 * gives nothing but names, every partition has it, and AWS's own policies for auditors allow it.
 */
#ifndef KEYWATCH_SOURCE_AWS_REGIONS_H
#define KEYWATCH_SOURCE_AWS_REGIONS_H

#include "core/source/source.h"

typedef void aws_region_visit(void *context, struct str name);

/* Asked in `region`, with the source's own credentials. On SOURCE_OK at least one was visited; only
 * then any was. */
enum source_result aws_regions(const struct source_options *options, const char *region,
	aws_region_visit *visit, void *context, struct source_failure *failure, struct error *err);

#endif
