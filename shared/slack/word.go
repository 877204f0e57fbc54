package slack

// subject is what one of Slack's words for a failure is about.
type subject int

const (
	aboutNothingKnown subject = iota
	aboutToken                // the webhook or the token, for whatever it is used
	aboutMethod               // whether this method may be used with the token
	aboutChannel              // the channel that the request names
	aboutThread               // the message that the request names
	aboutContent              // the message or file in the request
	aboutRate                 // too many requests
	aboutSlack                // Slack is not able to now, and did nothing
	aboutOutcome              // Slack failed, and may have done it or a part of it
)

// subjectOf returns what word is about. The words are those of Slack's pages of
// incoming webhooks and of the methods that Bot calls, and a few that others
// have seen.
//
// See https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
// and https://docs.slack.dev/reference/methods/chat.postMessage/#errors.
func subjectOf(word string) subject {
	switch word {
	case "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive",
		"accesslimited", "two_factor_setup_required", "team_access_not_granted", "ekm_access_denied",
		"invalid_token", "no_service", "no_service_id", "no_team", "no_active_hooks", "team_disabled":
		return aboutToken
	case "missing_scope", "not_allowed_token_type", "enterprise_is_restricted", "method_deprecated", "deprecated_endpoint":
		return aboutMethod
	case "channel_not_found", "not_in_channel", "is_archived", "is_inactive", "channel_is_archived", "invalid_channel",
		"no_permission", "access_denied", "team_not_found", "action_prohibited", "messages_tab_disabled",
		"posting_to_general_channel_denied", "posting_to_channel_denied", "restricted_action",
		"restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel", "restricted_action_thread_locked":
		return aboutChannel
	case "message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "cannot_reply_to_message",
		"block_mismatch", "cant_broadcast_message", "no_dual_broadcast_content_update":
		return aboutThread
	case "rate_limited", "ratelimited":
		return aboutRate
	case "rollup_error", "service_unavailable", "request_timeout", "team_added_to_org", "org_login_required",
		"external_channel_migrating", "message_limit_exceeded":
		return aboutSlack
	case "internal_error", "fatal_error": // Slack's pages say that a part of it may have succeeded
		return aboutOutcome
	}
	if isAboutContent(word) {
		return aboutContent
	}
	return aboutNothingKnown
}

func isAboutContent(word string) bool {
	switch word {
	case "invalid_payload", "invalid_blocks", "invalid_blocks_format", "invalid_attachments", "too_many_attachments",
		"attachment_payload_limit_exceeded", "msg_blocks_too_long", "msg_too_long", "no_text", "user_not_found",
		"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app",
		"invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset", "invalid_form_data",
		"invalid_json", "json_not_object", "invalid_post_type", "missing_post_type", "missing_argument",
		"as_user_not_supported", "markdown_text_conflict", "slack_connect_file_link_sharing_blocked",
		"file_type_not_allowed", "file_upload_size_restricted", "file_uploads_disabled",
		"file_uploads_except_images_disabled", "snippet_too_large", "unknown_snippet_type", "alt_txt_too_large",
		"invalid_cursor", "invalid_ts_latest", "invalid_ts_oldest", "pagination_not_available":
		return true
	}
	return false
}
