#include "tests/support/radosgw.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/timefmt.h"
#include "core/source/aws.h"
#include "tests/support/test.h"

static char *
text_of(const struct json *root, const char *name)
{
	struct str text = json_string(json_get(root, str_from(name)));

	assert_non_null(text.data);
	return mem_strdup(text.data);
}

static void
read_answer(struct radosgw *gateway, struct str line)
{
	struct json_doc *doc;
	const struct json *root;
	struct error err;

	assert_ok(json_parse(line, &doc, &err), &err);
	root = json_root(doc);
	snprintf(gateway->url, sizeof(gateway->url), "http://127.0.0.1:%d",
		(int)json_number(json_get(root, STR("port"))));
	gateway->key = text_of(root, "key");
	gateway->secret = text_of(root, "secret");
	gateway->role = text_of(root, "role");
	json_doc_free(doc);
}

void
radosgw_start(struct radosgw *gateway)
{
	struct child_options options = {.program = "/usr/bin/env"};
	const char *arguments[] = {
		"python3", "-B", child_source("tests/support/radosgw/radosgw.py"), NULL};
	struct buf line = {0};
	int in[2], out[2];

	*gateway = (struct radosgw){.home = test_folder()};
	options.arguments = arguments;
	options.home = gateway->home;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	child_start(&gateway->child, &options, in[0], out[1], STDERR_FILENO, -1);
	close(in[0]);
	close(out[1]);
	gateway->input = in[1];
	child_read_line(out[0], &line);
	close(out[0]);
	read_answer(gateway, buf_view(&line));
	buf_fini(&line);
}

void
radosgw_stop(struct radosgw *gateway)
{
	struct pollfd wait = {gateway->child.pidfd, POLLIN, 0};

	close(gateway->input);
	assert_int_equal(poll(&wait, 1, CHILD_DEADLINE_MS), 1);
	child_reap(&gateway->child);
	child_finish(&gateway->child);
	test_rmtree(gateway->home);
	free(gateway->key);
	free(gateway->secret);
	free(gateway->role);
}

void
radosgw_put(const struct radosgw *gateway, struct http *http, const char *bucket, const char *key,
	struct str body)
{
	const struct aws_keys keys = {.access_key_id = gateway->key,
		.secret_access_key = gateway->secret,
		.expires = TIME_NONE};
	static const char *const headers[] = {"Content-Type: application/octet-stream", NULL};
	struct http_response response = {0};
	struct buf url = {0};
	struct error err = {0};
	enum http_result result;

	buf_printf(&url, "%s/%s/", gateway->url, bucket);
	if (key)
		http_encode(&url, str_from(key), true);
	result = http_do(http,
		&(struct http_request){.method = "PUT",
			.url = buf_cstr(&url),
			.headers = headers,
			.body = body,
			.keys = &keys,
			.region = "us-east-1",
			.service = "s3"},
		&response, &err);
	if (result != HTTP_ANSWERED || response.status != 200)
		fail_msg("%s: %ld %s %s", buf_cstr(&url), response.status, err.text,
			buf_cstr(&response.body));
	http_response_fini(&response);
	buf_fini(&url);
}
