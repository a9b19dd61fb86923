#include "core/event/judged.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* clang-format off */
const struct judged_object judged_objects[] = {
	{"", NAMES("eventTime", "eventID", "eventVersion", "eventSource", "eventType", "eventName",
		"userIdentity", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
		"errorMessage", "requestParameters", "responseElements", "additionalEventData",
		"requestID", "resources", "apiVersion", "readOnly", "recipientAccountId",
		"serviceEventDetails", "sharedEventID", "vpcEndpointId", "managementEvent",
		"eventCategory", "tlsDetails")},
	{"userIdentity", NAMES("type", "principalId", "arn", "accountId", "invokedBy",
		"accessKeyId", "userName", "onBehalfOf", "sessionContext")},
	{"userIdentity.onBehalfOf", NAMES("userId", "identityStoreArn")},
	{"userIdentity.sessionContext", NAMES("attributes", "sessionIssuer", "ec2RoleDelivery",
		"sourceIdentity")},
	{"userIdentity.sessionContext.attributes", NAMES("mfaAuthenticated", "creationDate")},
	{"userIdentity.sessionContext.sessionIssuer", NAMES("type", "principalId", "arn",
		"accountId", "userName")},
	{"tlsDetails", NAMES("tlsVersion", "cipherSuite", "clientProvidedHostHeader")},
	{"requestParameters", NAMES("userName", "ipPermissions")},
	{"responseElements", NAMES("accessKey")},
	{"responseElements.accessKey", NAMES("accessKeyId", "status", "createDate", "userName")},
};
/* clang-format on */

const size_t judged_object_count = sizeof(judged_objects) / sizeof(judged_objects[0]);
