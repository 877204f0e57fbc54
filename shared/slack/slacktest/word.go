package slacktest

import "slices"

// ErrorWords returns the words with which Slack's pages say that a method can
// fail, "webhook" included. Method names as in Refusal. Slack adds new ones
// without saying so.
//
// See https://docs.slack.dev/reference/methods/ and
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors.
func ErrorWords(method string) []string {
	switch method {
	case "webhook":
		return []string{
			"invalid_payload", "invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "team_disabled",
			"user_not_found", "channel_not_found", "channel_is_archived", "action_prohibited",
			"posting_to_general_channel_denied", "too_many_attachments", "no_text", "rollup_error",
			"invalid_blocks", "invalid_blocks_format", "rate_limited",
		}
	case "upload":
		return nil // it answers with its status and plain sentences
	case "chat.postMessage":
		return slices.Concat(everyMethod(), messages(), []string{
			"attachment_payload_limit_exceeded", "cannot_reply_to_message", "is_archived", "message_limit_exceeded",
			"messages_tab_disabled", "msg_blocks_too_long", "not_in_channel", "rate_limited", "restricted_action",
			"restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
			"restricted_action_thread_locked", "restricted_action_thread_only_channel",
		})
	case "chat.update":
		return slices.Concat(everyMethod(), messages(), []string{
			"block_mismatch", "cant_broadcast_message", "cant_update_message", "edit_window_closed",
			"external_channel_migrating", "is_inactive", "message_not_found", "no_dual_broadcast_content_update",
			"streaming_state_conflict", "update_failed",
		})
	case "files.getUploadURLExternal":
		return append(everyMethod(),
			"alt_txt_too_large", "file_type_not_allowed", "file_upload_size_restricted", "file_uploads_disabled",
			"file_uploads_except_images_disabled", "missing_argument", "snippet_too_large", "unknown_snippet_type")
	case "files.completeUploadExternal":
		return append(everyMethod(),
			"channel_not_found", "file_not_found", "file_update_failed", "invalid_channel", "not_in_channel",
			"posting_to_channel_denied", "thread_not_found")
	case "conversations.history":
		return append(everyMethod(), looks()...)
	case "conversations.replies":
		return append(append(everyMethod(), looks()...), "thread_not_found")
	}
	return everyMethod()
}

// everyMethod returns what any method can fail with.
func everyMethod() []string {
	return []string{
		"access_denied", "accesslimited", "account_inactive", "deprecated_endpoint", "ekm_access_denied",
		"enterprise_is_restricted", "fatal_error", "internal_error", "invalid_arg_name", "invalid_arguments",
		"invalid_array_arg", "invalid_auth", "invalid_charset", "invalid_form_data", "invalid_json", "invalid_post_type",
		"json_not_object", "method_deprecated", "missing_post_type", "missing_scope", "no_permission",
		"not_allowed_token_type", "not_authed", "org_login_required", "ratelimited", "request_timeout",
		"service_unavailable", "team_access_not_granted", "team_added_to_org", "token_expired", "token_revoked",
		"two_factor_setup_required",
	}
}

// messages returns what a message can be refused with, new or updated.
func messages() []string {
	return []string{
		"as_user_not_supported", "channel_not_found", "invalid_attachments", "invalid_blocks", "invalid_blocks_format",
		"invalid_metadata_format", "invalid_metadata_schema", "markdown_text_conflict", "metadata_must_be_sent_from_app",
		"metadata_too_large", "msg_too_long", "no_text", "slack_connect_file_link_sharing_blocked", "team_not_found",
		"too_many_attachments",
	}
}

// looks returns what looking into a channel or thread can be refused with.
func looks() []string {
	return []string{
		"channel_not_found", "invalid_cursor", "invalid_limit", "invalid_ts_latest", "invalid_ts_oldest",
		"not_in_channel", "pagination_not_available",
	}
}
