#include "core/source/aws_regions.h"

#include "core/source/aws_client.h"
#include "core/source/xml.h"

enum { MAX_ANSWER = 256 << 10, NAME_MAX_LEN = 40 };

static const char question[] = "Action=DescribeRegions&Version=2016-11-15";

struct taking {
	aws_region_visit *visit; /* NULL: only count */
	void *context;
	size_t count;
};

/* It goes into host names. */
static bool
is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return name.len && name.len < NAME_MAX_LEN;
}

static bool
take_element(void *context, const char *path, struct str text)
{
	struct taking *t = context;

	text = str_trim(text);
	if (!str_ends_with(str_from(path), STR("regionInfo/item/regionName")) || !is_name(text))
		return true;
	t->count++;
	if (t->visit)
		t->visit(t->context, text);
	return true;
}

static enum source_result
take_answer(struct str body, aws_region_visit *visit, void *context, struct source_failure *failure,
	struct error *err)
{
	struct taking taking = {0};

	if (!xml_parse(body, take_element, &taking, NULL) || !taking.count) {
		failure->cause = CAUSE_ANSWER;
		error_set(err, ERROR_INPUT, "the answer is not one of DescribeRegions");
		return SOURCE_FAILED;
	}
	taking = (struct taking){visit, context, 0};
	xml_parse(body, take_element, &taking, NULL);
	return SOURCE_OK;
}

enum source_result
aws_regions(const struct source_options *options, const char *region, aws_region_visit *visit,
	void *context, struct source_failure *failure, struct error *err)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8", NULL};
	struct aws_call call = {.action = "ec2:DescribeRegions"};
	struct http_response response = {0};
	struct aws_client client;
	struct buf url = {0};
	enum source_result result;

	aws_client_init(&client, options, "ec2");
	aws_client_set_region(&client, region);
	aws_client_endpoint(&client, &url);
	buf_putc(&url, '/');
	call.request = (struct http_request){.method = "POST",
		.url = buf_cstr(&url),
		.headers = headers,
		.body = {question, sizeof(question) - 1},
		.max_body = MAX_ANSWER};
	result = aws_client_send(&client, &call, &response, failure, err);
	if (result == SOURCE_OK && !call.answered)
		result = SOURCE_FAILED;
	if (result == SOURCE_OK)
		result = take_answer(buf_view(&response.body), visit, context, failure, err);
	http_response_fini(&response);
	buf_fini(&url);
	aws_client_fini(&client);
	return result;
}
