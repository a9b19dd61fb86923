/* Partitions of regions, from botocore's partitions.json and IAM's endpoint rules (sources.md
 * §1.1). */
#include "core/source/aws.h"

static const struct {
	const char *prefix;
	struct aws_partition partition;
} partitions[] = {
	{"cn-", {"aws-cn", "amazonaws.com.cn", "cn-north-1", "cn-northwest-1"}},
	{"us-gov-", {"aws-us-gov", "amazonaws.com", "us-gov-west-1", NULL}},
	{"eusc-", {"aws-eusc", "amazonaws.eu", "eusc-de-east-1", NULL}},
	{"us-iso-", {"aws-iso", "c2s.ic.gov", "us-iso-east-1", NULL}},
	{"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1", NULL}},
	{"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", "eu-isoe-west-1", NULL}},
	{"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1", NULL}},
	{"", {"aws", "amazonaws.com", "us-east-1", NULL}},
};

const struct aws_partition *
aws_partition_of(const char *region)
{
	size_t i = 0;

	while (!str_starts_with(
		region ? str_from(region) : STR(""), str_from(partitions[i].prefix)))
		i++;
	return &partitions[i].partition;
}
