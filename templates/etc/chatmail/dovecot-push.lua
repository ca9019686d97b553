-- Written by `chatmail configure`; changes here are lost.
function dovecot_lua_notify_begin_txn(user)
  return user
end
function dovecot_lua_notify_event_message_new(user, event)
  local from = event.from_address or ""
  if from:lower() ~= user.username then
    local mailbox = user:mailbox(event.mailbox)
    mailbox:sync()
    local function tell()
      mailbox:metadata_set("/private/messagenew", "")
    end
    -- Once more, when it was in a connection to a service that has ended since.
    if not pcall(tell) then pcall(tell) end
    mailbox:free()
  end
end
function dovecot_lua_notify_end_txn()
end
