"""Call rooms for spoken interviews: LiveKit's, or none, where the browser leads the interview by itself."""
