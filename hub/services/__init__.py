"""What goes on beside the streams: alerts, deadlines, live boards, audits."""
