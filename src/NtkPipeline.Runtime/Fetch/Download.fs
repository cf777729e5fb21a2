namespace NtkPipeline.Runtime

open System
open System.IO
open System.Net
open System.Net.Http
open System.Net.Http.Headers
open System.Threading

/// How long a download goes on when the network fails.
type Patience = {
    /// Failures in a row, after each of which less than `EnoughProgress` bytes had come.
    MostFailures: int
    EnoughProgress: int64
    /// The pause after the first of them; it doubles with every further one, up to the longest.
    FirstPause: TimeSpan
    LongestPause: TimeSpan
    /// A connection from which nothing comes for so long has failed.
    Silence: TimeSpan
}

/// What one request came to.
type internal Attempt =
    /// The part holds as many bytes as are wanted.
    | Complete
    /// Worth another try, after a pause that the server may have asked for.
    | Dropped of reason: string * pause: TimeSpan option
    /// The part cannot be gone on with here; worth another try from the start.
    | Restart of reason: string
    /// The server knows no such file.
    | Absent of reason: string
    | Refused of reason: string
    /// There is no way from here to the server.
    | Unreached of reason: string
    | Unwritable of reason: string

/// One file over HTTP, as far as one request brings it: it goes on where the part ends if the server can do that, and begins
/// anew if it cannot. Source: RFC 9110, section 14 (range requests).
[<RequireQualifiedAccess>]
module internal Download =

    let private again = [
        HttpStatusCode.RequestTimeout
        HttpStatusCode.TooManyRequests
        HttpStatusCode.InternalServerError
        HttpStatusCode.BadGateway
        HttpStatusCode.ServiceUnavailable
        HttpStatusCode.GatewayTimeout
    ]

    let private answer (response: HttpResponseMessage) = $"the server answers %d{int response.StatusCode}"

    let private otherSize (wanted: WantedFile) (bytes: int64) =
        Refused $"the file there has %d{bytes} bytes, and the one that is wanted has %d{wanted.Bytes}"

    /// Whether the body can be taken, and from which place of the file on.
    let private place
        (wanted: WantedFile)
        (had: int64)
        (response: HttpResponseMessage)
        : Result<int64, Attempt> =
        let body = response.Content.Headers.ContentLength |> Option.ofNullable

        match response.StatusCode, response.Content.Headers.ContentRange with
        | HttpStatusCode.OK, _ ->
            match body with
            | Some bytes when bytes <> wanted.Bytes -> Error(otherSize wanted bytes)
            | _ -> Ok 0L
        | HttpStatusCode.PartialContent, NonNull range when
            range.Length.HasValue && range.Length.Value <> wanted.Bytes
            ->
            Error(otherSize wanted range.Length.Value)
        | HttpStatusCode.PartialContent, NonNull range when range.From.HasValue && range.From.Value = had ->
            Ok had
        | HttpStatusCode.PartialContent, _ ->
            Error(Restart "the server sends another part than was asked for")
        | HttpStatusCode.RequestedRangeNotSatisfiable, _ when had > 0L -> Error(Restart(answer response))
        | (HttpStatusCode.NotFound | HttpStatusCode.Gone), _ -> Error(Absent(answer response))
        | status, _ when List.contains status again ->
            let pause =
                match response.Headers.RetryAfter with
                | NonNull after -> Option.ofNullable after.Delta
                | Null -> None

            Error(Dropped(answer response, pause))
        | _ -> Error(Refused(answer response))

    /// Copies the body behind the part's end. What the disk refuses is told from what the network does.
    let private copy silence tell (wanted: WantedFile) (body: Stream) (part: FileStream) : Attempt =
        let buffer = Array.zeroCreate<byte>(1 <<< 16)
        use timer = new CancellationTokenSource()

        let write count =
            try
                part.Write(buffer, 0, count)
                None
            with DiskRefusal.Reason reason ->
                Some(Unwritable reason)

        let rec next () =
            timer.CancelAfter(silence: TimeSpan)

            match body.ReadAsync(buffer.AsMemory(), timer.Token).AsTask().GetAwaiter().GetResult() with
            | 0 when part.Length = wanted.Bytes -> Complete
            | 0 -> Dropped($"the connection ended after %d{part.Length} of %d{wanted.Bytes} bytes", None)
            | count when part.Position + int64 count > wanted.Bytes ->
                otherSize wanted (part.Position + int64 count)
            | count ->
                match write count with
                | Some refusal -> refusal
                | None ->
                    tell part.Position
                    next ()

        next ()

    let private failed (had: int64) (address: Uri) (e: HttpRequestException) =
        let host = address.Host

        match e.HttpRequestError with
        // A name that was found once is worth asking for again.
        | HttpRequestError.NameResolutionError when had = 0L ->
            Unreached $"the host %s{host} cannot be found; without a network to it, --from can name a mirror"
        | HttpRequestError.SecureConnectionError ->
            let cause =
                e.InnerException |> Option.ofObj |> Option.map _.Message |> Option.defaultValue e.Message

            Unreached $"there is no secure connection to %s{host}: %s{cause.TrimEnd '.'}"
        | HttpRequestError.ProxyTunnelError -> Unreached $"the proxy refuses: %s{e.Message.TrimEnd '.'}"
        | _ -> Dropped(e.Message.ReplaceLineEndings(" ").TrimEnd '.', None)

    /// One request, and all of its answer that comes. `tell` hears how many bytes the part holds.
    let attempt
        (client: HttpClient)
        (silence: TimeSpan)
        (tell: int64 -> unit)
        (address: Uri)
        (wanted: WantedFile)
        (part: FileStream)
        : Attempt =
        use request = new HttpRequestMessage(HttpMethod.Get, address)
        let had = part.Length

        if had > 0L then
            request.Headers.Range <- RangeHeaderValue(Nullable had, Nullable())

        try
            use timer = new CancellationTokenSource(silence)
            use response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, timer.Token)

            match place wanted had response with
            | Ok start ->
                part.SetLength start
                part.Position <- start
                use body = response.Content.ReadAsStream()
                copy silence tell wanted body part
            | Error refusal -> refusal
        with
        | :? HttpRequestException as e -> failed had address e
        | :? OperationCanceledException -> Dropped($"nothing came for %g{silence.TotalSeconds} s", None)
        | DiskRefusal.Reason reason -> Dropped(reason, None)
