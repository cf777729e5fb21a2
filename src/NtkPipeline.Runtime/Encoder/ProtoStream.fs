namespace NtkPipeline.Runtime

open System.IO
open System.Text

/// What a field of a protobuf message holds.
[<RequireQualifiedAccess>]
type internal ProtoField =
    | Whole of int64
    /// What stands between the file's position and this one.
    | Block of ends: int64

/// Protobuf messages in a file, of which only what is asked for is read. Damage is an `InvalidDataException`. Core's `ProtoFields` reads
/// messages that are whole in memory, by Google.Protobuf, whose limits of a message within a stream are not public; an encoder's
/// weights, of any size, are stepped over here.
[<RequireQualifiedAccess>]
module internal ProtoStream =

    let damaged () : 'a = raise (InvalidDataException "a protobuf message that is none")

    let varint (file: Stream) : uint64 =
        let rec next shift value =
            match file.ReadByte() with
            | -1 -> damaged ()
            | _ when shift > 63 -> damaged ()
            | read ->
                let value = value ||| (uint64 (read &&& 127) <<< shift)
                if read < 128 then value else next (shift + 7) value

        next 0 0UL

    /// Where the part ends whose length stands at the file's position.
    let private blockEnd (file: Stream) (ends: int64) : int64 =
        let length = varint file
        let rest = ends - file.Position

        if rest < 0L || length > uint64 rest then
            damaged ()
        else
            file.Position + int64 length

    /// Goes on from there. What is buffered stays so, which it does not where `Position` is set.
    let private skipTo (file: Stream) (position: int64) : unit =
        file.Seek(position, SeekOrigin.Begin) |> ignore

    /// Folds over the fields of the message between the file's position and this one.
    let rec fold
        (file: Stream)
        (ends: int64)
        (step: 'state -> int -> ProtoField -> 'state)
        (state: 'state)
        : 'state =
        if file.Position > ends then
            damaged ()
        elif file.Position = ends then
            state
        else
            let tag = varint file
            let field = int (tag >>> 3)

            let after =
                match tag &&& 7UL with
                | 0UL -> step state field (ProtoField.Whole(int64 (varint file)))
                | 2UL ->
                    let stop = blockEnd file ends
                    let after = step state field (ProtoField.Block stop)
                    skipTo file stop
                    after
                | 1UL ->
                    skipTo file (file.Position + 8L)
                    state
                | 5UL ->
                    skipTo file (file.Position + 4L)
                    state
                | _ -> damaged ()

            fold file ends step after

    /// Longer than any file's name.
    let private longest = 65_536L

    /// The text between the file's position and this one; of a longer one, its beginning.
    let text (file: Stream) (ends: int64) : string =
        let bytes = Array.zeroCreate<byte>(int (min longest (ends - file.Position)))
        file.ReadExactly(bytes, 0, bytes.Length)
        Encoding.UTF8.GetString bytes
