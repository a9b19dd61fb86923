#include "tests/support/cloud.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/support/test.h"

static int
number(const struct json *root, const char *key)
{
	return (int)json_number(json_get(root, str_from(key)));
}

static void
read_ports(struct cloud *cloud, struct str line)
{
	struct json_doc *doc;
	const struct json *root;
	struct error err;

	assert_ok(json_parse(line, &doc, &err), &err);
	root = json_root(doc);
	cloud->http = number(root, "http");
	cloud->http6 = number(root, "http6");
	cloud->https = number(root, "https");
	cloud->https_wrong_name = number(root, "https_wrong_name");
	cloud->https_unknown_ca = number(root, "https_unknown_ca");
	cloud->ca = mem_strdup(json_string(json_get(root, STR("ca"))).data);
	snprintf(cloud->url, sizeof(cloud->url), "http://127.0.0.1:%d", cloud->http);
	snprintf(cloud->https_url, sizeof(cloud->https_url), "https://localhost:%d", cloud->https);
	json_doc_free(doc);
}

void
cloud_start(struct cloud *cloud)
{
	struct child_options options = {.program = "/usr/bin/env"};
	const char *arguments[] = {
		"python3", "-B", child_source("tests/support/cloud/cloud.py"), NULL};
	struct buf line = {0};
	int in[2], out[2];

	*cloud = (struct cloud){.home = test_folder()};
	options.arguments = arguments;
	options.home = cloud->home;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	child_start(&cloud->child, &options, in[0], out[1], STDERR_FILENO, -1);
	close(in[0]);
	close(out[1]);
	cloud->input = in[1];
	child_read_line(out[0], &line);
	close(out[0]);
	read_ports(cloud, buf_view(&line));
	buf_fini(&line);
}

void
cloud_stop(struct cloud *cloud)
{
	struct pollfd wait = {cloud->child.pidfd, POLLIN, 0};

	close(cloud->input);
	assert_int_equal(poll(&wait, 1, CHILD_DEADLINE_MS), 1);
	child_reap(&cloud->child);
	child_finish(&cloud->child);
	test_rmtree(cloud->home);
	free(cloud->ca);
}

/* ---- control: HTTP by hand, so that http.c is not tested by itself ---- */

static int
dial(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void
exchange(int port, const struct buf *request, struct buf *answer)
{
	int fd = dial(port);
	size_t sent = 0;
	char bytes[65536];
	ssize_t n;

	while (sent < request->len) {
		n = send(fd, request->data + sent, request->len - sent, MSG_NOSIGNAL);
		assert_true(n > 0);
		sent += (size_t)n;
	}
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		buf_append(answer, bytes, (size_t)n);
	assert_int_equal(n, 0);
	close(fd);
}

static struct json_doc *
ask(const struct cloud *cloud, const char *fmt, va_list args)
{
	struct buf body = {0}, request = {0}, answer = {0};
	struct json_doc *doc;
	struct error err;
	size_t head;

	buf_vprintf(&body, fmt, args);
	buf_printf(&request,
		"POST /_control HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n\r\n",
		body.len);
	buf_str(&request, buf_view(&body));
	exchange(cloud->http, &request, &answer);
	head = str_find(buf_view(&answer), STR("\r\n\r\n"), 0);
	if (!str_starts_with(buf_view(&answer), STR("HTTP/1.1 200 ")))
		print_error("%s\nwas answered: %s\n", buf_cstr(&body), buf_cstr(&answer));
	assert_true(str_starts_with(buf_view(&answer), STR("HTTP/1.1 200 ")));
	assert_ok(json_parse(str_slice(buf_view(&answer), head + 4, answer.len), &doc, &err), &err);
	buf_wipe(&body); /* tests search the memory for secrets */
	buf_wipe(&request);
	buf_wipe(&answer);
	return doc;
}

struct json_doc *
cloud_ask(const struct cloud *cloud, const char *fmt, ...)
{
	struct json_doc *doc;
	va_list args;

	va_start(args, fmt);
	doc = ask(cloud, fmt, args);
	va_end(args);
	return doc;
}

void
cloud_tell(const struct cloud *cloud, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	json_doc_free(ask(cloud, fmt, args));
	va_end(args);
}

void
cloud_reset(const struct cloud *cloud)
{
	cloud_tell(cloud, "{\"op\":\"reset\"}");
}

/* ,"service":"sts","operation":"AssumeRole" of what is given. */
static void
put_choice(struct buf *out, const char *service, const char *operation)
{
	if (service)
		buf_printf(out, ",\"service\":\"%s\"", service);
	if (operation)
		buf_printf(out, ",\"operation\":\"%s\"", operation);
}

void
cloud_fault(const struct cloud *cloud, const char *service, const char *kind, int count)
{
	struct buf choice = {0};

	put_choice(&choice, service, NULL);
	cloud_tell(cloud, "{\"op\":\"fault\",\"kind\":\"%s\",\"count\":%d%s}", kind, count,
		buf_cstr(&choice));
	buf_fini(&choice);
}

static struct json_doc *
read_log(const struct cloud *cloud, const char *service, const char *operation)
{
	struct buf choice = {0};
	struct json_doc *doc;

	put_choice(&choice, service, operation);
	doc = cloud_ask(cloud, "{\"op\":\"log\"%s}", buf_cstr(&choice));
	buf_fini(&choice);
	return doc;
}

size_t
cloud_count(const struct cloud *cloud, const char *service, const char *operation)
{
	struct json_doc *doc = read_log(cloud, service, operation);
	size_t count = json_count(json_get(json_root(doc), STR("log")));

	json_doc_free(doc);
	return count;
}

void
cloud_await(const struct cloud *cloud, const char *service, const char *operation, size_t count)
{
	struct buf choice = {0};
	struct json_doc *doc;

	put_choice(&choice, service, operation);
	doc = cloud_ask(cloud,
		"{\"op\":\"wait\",\"arrived\":true,\"count\":%zu,\"timeout_ms\":%d%s}", count,
		CHILD_DEADLINE_MS, buf_cstr(&choice));
	assert_true(json_bool(json_get(json_root(doc), STR("came"))));
	json_doc_free(doc);
	buf_fini(&choice);
}

char *
cloud_last(const struct cloud *cloud, const char *service, const char *operation, const char *what)
{
	struct json_doc *doc = read_log(cloud, service, operation);
	const struct json *log = json_get(json_root(doc), STR("log"));
	const struct json *node = json_at(log, json_count(log) - 1);
	struct str path = str_from(what), text;
	struct buf out = {0};

	while (path.len) {
		size_t dot = str_find(path, STR("."), 0);
		size_t used = dot == (size_t)-1 ? path.len : dot;

		node = json_get(node, str_slice(path, 0, used));
		path = str_slice(path, used + 1, path.len);
	}
	text = json_type(node) == JSON_NUMBER ? json_number_text(node) : json_string(node);
	if (text.data)
		buf_append(&out, text.data, text.len);
	json_doc_free(doc);
	return text.data ? buf_take(&out) : NULL;
}
