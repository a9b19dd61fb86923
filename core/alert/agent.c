#include "core/alert/agent.h"

#include "core/base/buf.h"

/*
 * The first that is found names the program: what wraps an SDK stands before the SDK, and the
 * consoles, which send a browser's agent or a name of AWS, before both.
 */
/* clang-format off */
static const struct agent_tool tools[] = {
	{"stratus-red-team", "attack", "Stratus Red Team", false, true},
	{"AWS Internal", "service", "AWS itself", false, false},
	{"cloudformation.amazonaws.com", "infrastructure", "CloudFormation", false, false},
	{"console.amazonaws.com", "console", "the AWS console", false, false},
	{"signin.amazonaws.com", "console", "the AWS console", false, false},
	{"AWSConsole", "console", "the AWS console", false, false},
	{"S3Console", "console", "the AWS console", false, false},
	{"exec-env/CloudShell", "console", "CloudShell in the AWS console", false, false},
	{"Terraform", "infrastructure", "Terraform", true, false},
	{"OpenTofu", "infrastructure", "OpenTofu", true, false},
	{"Pulumi", "infrastructure", "Pulumi", true, false},
	{"Ansible", "infrastructure", "Ansible", true, false},
	{"crossplane", "infrastructure", "Crossplane", true, false},
	{"aws-cdk", "infrastructure", "AWS CDK", true, false},
	{"steampipe", "audit", "Steampipe", true, false},
	{"prowler", "audit", "Prowler", true, false},
	{"ScoutSuite", "audit", "ScoutSuite", true, false},
	{"aws-cli", "cli", "AWS CLI", true, false},
	{"AWSPowerShell", "cli", "AWS Tools for PowerShell", false, false},
	{"aws-sdk-go", "sdk", "AWS SDK for Go", false, false},
	{"aws-sdk-java", "sdk", "AWS SDK for Java", false, false},
	{"aws-sdk-js", "sdk", "AWS SDK for JavaScript", false, false},
	{"aws-sdk-nodejs", "sdk", "AWS SDK for JavaScript", false, false},
	{"aws-sdk-dotnet", "sdk", "AWS SDK for .NET", false, false},
	{"aws-sdk-ruby", "sdk", "AWS SDK for Ruby", false, false},
	{"aws-sdk-php", "sdk", "AWS SDK for PHP", false, false},
	{"aws-sdk-rust", "sdk", "AWS SDK for Rust", false, false},
	{"aws-sdk-cpp", "sdk", "AWS SDK for C++", false, false},
	{"aws-sdk-swift", "sdk", "AWS SDK for Swift", false, false},
	{"aws-sdk-kotlin", "sdk", "AWS SDK for Kotlin", false, false},
	{"Boto3", "sdk", "Boto3", true, false},
	{"Boto", "sdk", "Boto", true, false},
	{"Botocore", "sdk", "Botocore", true, false},
	{"aws-sdk", "sdk", "an AWS SDK", false, false},
	{"aws-internal", "service", "AWS itself", false, false},
	{"Mozilla", "browser", "a browser", true, false},
	{"curl", "http", "curl", true, false},
	{"python-requests", "http", "Python Requests", false, false},
	{"Go-http-client", "http", "a Go program", false, false},
	{".amazonaws.com", "service", "an AWS service", false, false},
};

/* Also inside a name that is known already. Kali, Parrot and Pentoo as GuardDuty's PenTest
 * findings name them. */
static const struct agent_tool hints[] = {
	{"grimoire", "attack", "Grimoire (detonation)", true, true},
	{"pacu", "attack", "Pacu", true, true},
	{"kali", "attack", "Kali Linux", true, true},
	{"parrot", "attack", "Parrot Linux", true, true},
	{"pentoo", "attack", "Pentoo Linux", true, true},
	{"blackarch", "attack", "BlackArch Linux", true, true},
	{"cloudfox", "attack", "CloudFox", true, true},
	{"cloudgoat", "attack", "CloudGoat", true, true},
	{"nimbostratus", "attack", "Nimbostratus", true, true},
	{"leonidas", "attack", "Leonidas", true, true},
	{"trufflehog", "attack", "TruffleHog", true, true},
	{"aws_consoler", "attack", "aws_consoler", true, true},
	{"weirdAAL", "attack", "weirdAAL", true, true},
	{"enumerate-iam", "attack", "enumerate-iam", true, true},
};
/* clang-format on */

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
stands_alone(struct str s, size_t at, size_t len)
{
	return (at == 0 || !is_letter(s.data[at - 1])) &&
	       (at + len == s.len || !is_letter(s.data[at + len]));
}

static void
put_lower(struct buf *out, struct str s)
{
	buf_reserve(out, s.len);
	for (size_t i = 0; i < s.len; i++)
		buf_putc(out,
			s.data[i] >= 'A' && s.data[i] <= 'Z' ? (char)(s.data[i] | 32) : s.data[i]);
}

/* An agent may be megabytes long and there are many tools: made lower once, memmem does the rest.
 */
static bool
is_found(struct str lower, const struct agent_tool *tool)
{
	struct buf pattern = {0};
	size_t at = 0;

	put_lower(&pattern, str_from(tool->pattern));
	while ((at = str_find(lower, buf_view(&pattern), at)) != (size_t)-1) {
		if (!tool->whole_word || stands_alone(lower, at, pattern.len))
			break;
		at++;
	}
	buf_fini(&pattern);
	return at != (size_t)-1;
}

/* The n-th of the tools that is found. */
static const struct agent_tool *
find(struct str user_agent, const struct agent_tool *from, size_t count, size_t n)
{
	const struct agent_tool *found = NULL;
	struct buf lower = {0};

	put_lower(&lower, user_agent);
	for (size_t i = 0; i < count && !found; i++)
		if (is_found(buf_view(&lower), &from[i]) && n-- == 0)
			found = &from[i];
	buf_fini(&lower);
	return found;
}

const struct agent_tool *
agent_find_tool(struct str user_agent)
{
	return find(user_agent, tools, sizeof(tools) / sizeof(tools[0]), 0);
}

const struct agent_tool *
agent_hint(struct str user_agent, size_t n)
{
	return find(user_agent, hints, sizeof(hints) / sizeof(hints[0]), n);
}
