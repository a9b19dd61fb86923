#include "core/source/s3_client.h"
struct s3_client *s3_client_new(const struct source_options *o){(void)o;return 0;}
void s3_client_free(struct s3_client *c){(void)c;}
void s3_client_report(const struct s3_client *c, struct source_report *r){(void)c;(void)r;}
const char *s3_client_kind(const struct s3_client *c){(void)c;return "";}
enum source_result s3_read_object(struct s3_client *c, struct s3_object *o, struct source_failure *f, struct error *e){(void)c;(void)o;(void)f;(void)e;return SOURCE_FAILED;}
bool s3_is_trail_key(struct str k){(void)k;return false;}
