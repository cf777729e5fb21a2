namespace NtkPipeline.Core

open System
open System.Buffers.Binary
open System.IO
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text

/// A SHA-256 digest: the name of some bytes, or of a recipe.
type Digest =
    private
    | Digest of string

    /// 64 lower-case hexadecimal digits.
    member this.Hex = let (Digest hex) = this in hex

    override this.ToString() = this.Hex

[<RequireQualifiedAccess>]
module Digest =

    let ofHash (hash: byte[]) : Digest = Digest(Convert.ToHexStringLower hash)

    let ofBytes (bytes: byte[]) : Digest = bytes |> SHA256.HashData |> ofHash

    let ofStream (stream: Stream) : Digest = stream |> SHA256.HashData |> ofHash

    /// Numbers hashed at a time: no span covers the bytes of more than 2²⁸ of them.
    let private some = 1 <<< 16

    /// The digest of the numbers' bytes, of however many.
    let ofFloats (values: float[]) : Digest =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

        for start in 0..some .. values.Length - 1 do
            let part = ReadOnlySpan<float>(values, start, min some (values.Length - start))
            hash.AppendData(MemoryMarshal.AsBytes part)

        hash.GetHashAndReset() |> ofHash

    /// The digest of a list of texts. Each is length-prefixed, so no two lists share their bytes.
    let ofParts (parts: string list) : Digest =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
        let length = Array.zeroCreate<byte> 8

        for part in parts do
            let bytes = Encoding.UTF8.GetBytes part
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.LongLength)
            hash.AppendData length
            hash.AppendData bytes

        hash.GetHashAndReset() |> ofHash

    let parse (text: string) : Result<Digest, string> =
        if text.Length = 64 && Seq.forall Char.IsAsciiHexDigitLower text then
            Ok(Digest text)
        else
            Error $"'%s{text}' is not a SHA-256 digest in lower-case hexadecimal"
